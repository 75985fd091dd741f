import { useEffect } from 'react';

/** Names the page in the tab, in history and for screen readers, which read it after each change of page. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    if (title) document.title = `${title} · Plenary`;
  }, [title]);
}
