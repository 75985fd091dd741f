/** What is worth being at: a part with a beginning, not any box. */
const PARTS = '[role=dialog], form, section, article, fieldset, li, aside, nav, main';

/**
 * Keeps the focus on the page when what had it goes away: a button that has done its work, a form that was answered. The
 * nearest part around it that is still there takes it, so that the next Tab goes on from there and not from the top.
 * Whoever has a better place says so by focusing it; this one waits until they had their turn.
 */
export function keepFocus(page: Document): () => void {
  /** What had the focus last, and what it was in, from the inside out. */
  let way: Element[] = [];
  const remember = ({ target }: FocusEvent) => {
    way = [];
    for (let one = target as Element | null; one; one = one.parentElement) way.push(one);
  };
  const mend = () => {
    const [last] = way;
    if (!last || last.isConnected || page.activeElement !== page.body) return;
    const part = way.find((one) => one.isConnected && one.matches(PARTS));
    const place = part ?? page.getElementById('main');
    if (place instanceof HTMLElement) focusOnce(place);
  };
  const observer = new MutationObserver(() => {
    const [last] = way;
    // After others have moved the focus: a dialog that closes, a page that opens.
    if (last && !last.isConnected) requestAnimationFrame(mend);
  });
  page.addEventListener('focusin', remember);
  observer.observe(page.body, { childList: true, subtree: true });
  return () => {
    page.removeEventListener('focusin', remember);
    observer.disconnect();
  };
}

function focusOnce(place: HTMLElement): void {
  if (!place.hasAttribute('tabindex')) {
    place.tabIndex = -1;
    place.addEventListener('blur', () => place.removeAttribute('tabindex'), { once: true });
  }
  place.focus({ preventScroll: true });
}
