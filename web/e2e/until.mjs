const LOOK_EVERY_MS = 100;

/**
 * Looks until there is something to see: for what no event tells of, such as a mail that arrives.
 * @template T
 * @param {string} what Said when it does not come.
 * @param {number} max_ms
 * @param {() => T | Promise<T>} look Answers with something truthy.
 * @returns {Promise<T>}
 */
export async function until(what, max_ms, look) {
  const end = Date.now() + max_ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${max_ms} ms for: ${what}`);
    await new Promise((resume) => setTimeout(resume, LOOK_EVERY_MS));
  }
}
