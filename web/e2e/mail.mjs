import { until } from './until.mjs';
import { WAIT_MAX_MS } from './waits.mjs';

/**
 * The newest mail to an address with this in its subject.
 * @param {string} mailSite
 * @param {string} to
 * @param {RegExp} subject
 */
export function mailTo(mailSite, to, subject) {
  return until(`a mail to ${to} about ${subject}`, WAIT_MAX_MS, async () => {
    const answer = await fetch(`${mailSite}/dev/mail.json`);
    const mails = await answer.json();
    return mails.find((mail) => mail.to.includes(to) && subject.test(mail.subject));
  });
}

/** The first link in a mail's text that has this in it. */
export function linkIn(mail, part) {
  const link = mail.text.match(/https?:\/\/\S+/g)?.find((found) => found.includes(part));
  if (!link) throw new Error(`no link with ${part} in: ${mail.text}`);
  return link;
}
