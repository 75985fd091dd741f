import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';
import { LinkButton } from './button';
import { classNames } from './class-names';
import styles from './link.module.css';

/** A link to a page of the app that looks like a button: `<ButtonLink to="/tickets" tone="primary">…`. */
export const ButtonLink = createLink(LinkButton);

interface AnchorProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  /** `quiet` is underlined only under the pointer: for lists of links. */
  look?: 'normal' | 'quiet' | 'strong';
  ref?: Ref<HTMLAnchorElement>;
}

function Anchor({ look = 'normal', className, children, ...rest }: AnchorProps) {
  return (
    <a {...rest} className={classNames(styles.link, styles[look], className)}>
      {children}
    </a>
  );
}

/** A link to a page of the app, in text or in a list: `<TextLink to="/events/$eventId" params={{ eventId }}>…`. */
export const TextLink = createLink(Anchor);
