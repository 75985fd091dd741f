import { type ElementType, type HTMLAttributes, type Ref, useEffect } from 'react';

/**
 * Stands in for the package `react-remove-scroll` (see `resolve.alias` in vite.config.ts), which Radix' dialogs and
 * menus use to keep the page from scrolling behind them. The original does so with an injected <style> element,
 * which a content security policy without `unsafe-inline` refuses; this one sets a class that base.css knows.
 */
interface RemoveScrollProps extends HTMLAttributes<HTMLElement> {
  as?: ElementType;
  enabled?: boolean;
  allowPinchZoom?: boolean;
  shards?: unknown;
  ref?: Ref<HTMLElement>;
}

let lockCount = 0;

export function RemoveScroll({
  as: Component = 'div',
  enabled = true,
  allowPinchZoom: _allowPinchZoom,
  shards: _shards,
  ...rest
}: RemoveScrollProps) {
  useEffect(() => {
    if (!enabled) return;
    const root = document.documentElement;
    if (lockCount === 0) {
      // Where the scrollbar was, space stays, so that nothing moves. CSSOM is not what the CSP forbids.
      root.style.paddingInlineEnd = `${window.innerWidth - root.clientWidth}px`;
      root.classList.add('scroll-locked');
    }
    lockCount += 1;
    return () => {
      lockCount -= 1;
      if (lockCount > 0) return;
      root.classList.remove('scroll-locked');
      root.style.paddingInlineEnd = '';
    };
  }, [enabled]);
  return <Component {...rest} />;
}
