import { createElement, Fragment, type ReactNode, useMemo } from 'react';
import styles from './prose.module.css';

/** What a description may be made of: the same list as the server's sanitizer, so that each is right without the other. */
const ELEMENTS = new Set(
  'p br hr h2 h3 h4 h5 h6 ul ol li blockquote code pre em strong del a img table thead tbody tr th td'.split(
    ' ',
  ),
);
/** Their text is no text for readers. */
const SILENT = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'iframe',
  'object',
  'svg',
  'math',
]);
const DEPTH_MAX = 24;

function safeAddress(address: string | null): string | undefined {
  return address && /^(https?:\/\/|mailto:)/i.test(address.trim()) ? address.trim() : undefined;
}

/** Which heading each of the text's own becomes. */
type Headings = ReadonlyMap<string, string>;

/**
 * The page has an h1 and the section an h2: the text's largest heading is an h3, its next one an h4. Authors begin with
 * whichever looks right to them.
 */
function headingsOf(body: Element): Headings {
  const used = new Set([...body.querySelectorAll('h2, h3, h4, h5, h6')].map((h) => h.localName));
  return new Map([...used].sort().map((name, rank) => [name, `h${Math.min(6, 3 + rank)}`]));
}

function childrenOf(node: Node, headings: Headings, depth: number): ReactNode {
  return [...node.childNodes].map((child, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parsed once, never reordered
    <Fragment key={index}>{toReact(child, headings, depth + 1)}</Fragment>
  ));
}

function toReact(node: Node, headings: Headings, depth: number): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (node.nodeType !== Node.ELEMENT_NODE || depth > DEPTH_MAX) return null;
  const element = node as Element;
  const name = element.localName;
  if (SILENT.has(name)) return null;
  if (!ELEMENTS.has(name)) return childrenOf(element, headings, depth);
  if (name === 'br' || name === 'hr') return createElement(name);
  // Our policy loads pictures from this site only; a foreign one is what its author says it shows.
  if (name === 'img') return element.getAttribute('alt');
  if (name === 'a') {
    const href = safeAddress(element.getAttribute('href'));
    if (!href) return childrenOf(element, headings, depth);
    return (
      <a href={href} rel="nofollow noopener" target="_blank">
        {childrenOf(element, headings, depth)}
      </a>
    );
  }
  const start = name === 'ol' ? Number(element.getAttribute('start') ?? 1) : undefined;
  return createElement(
    headings.get(name) ?? name,
    start === undefined ? null : { start },
    childrenOf(element, headings, depth),
  );
}

/** Formatted text that somebody else wrote, as elements of our own: nothing of it reaches the page as HTML. */
export function Prose({ html }: { html: string }) {
  const content = useMemo(() => {
    const { body } = new DOMParser().parseFromString(html, 'text/html');
    return childrenOf(body, headingsOf(body), 0);
  }, [html]);
  return <div className={styles.prose}>{content}</div>;
}
