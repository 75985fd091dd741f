import type { ReactNode } from 'react';
import { classNames } from './class-names';
import styles from './icon.module.css';

/** Our own drawings on a 24-unit grid, 1.75 wide, round ends. Add one here; a name is a thing, not a place of use. */
const drawings = {
  arrowDown: <path d="M12 5v14m6-6-6 6-6-6" />,
  arrowLeft: <path d="M19 12H5m6-6-6 6 6 6" />,
  arrowRight: <path d="M5 12h14m-6-6 6 6-6 6" />,
  arrowUp: <path d="M12 19V5m-6 6 6-6 6 6" />,
  bell: <path d="M6 9a6 6 0 1 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7Zm4 11a2.2 2.2 0 0 0 4 0" />,
  calendar: (
    <path d="M4 7.5A2.5 2.5 0 0 1 6.5 5h11A2.5 2.5 0 0 1 20 7.500v10a2.5 2.5 0 0 1-2.5 2.500h-11A2.5 2.5 0 0 1 4 17.500ZM4 10h16M8 3v4m8-4v4" />
  ),
  camera: (
    <path d="M3 8.500A2.5 2.5 0 0 1 5.5 6h7A2.5 2.5 0 0 1 15 8.500v7a2.5 2.5 0 0 1-2.5 2.500h-7A2.5 2.5 0 0 1 3 15.500ZM15 11l6-3.500v9L15 13" />
  ),
  cameraOff: (
    <path d="M10 6h2.500A2.5 2.5 0 0 1 15 8.500V11l6-3.500v9l-2.5-1.500M15 15.500a2.5 2.5 0 0 1-2.5 2.500h-7A2.5 2.5 0 0 1 3 15.500v-7A2.5 2.5 0 0 1 5 6M3 3l18 18" />
  ),
  chat: (
    <path d="M4 6.500A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.500v7a2.5 2.5 0 0 1-2.5 2.500H11l-5 4v-4a2 2 0 0 1-2-2Z" />
  ),
  check: <path d="m5 12.5 4.5 4.500L19 7.5" />,
  chevronDown: <path d="m6 9.5 6 6 6-6" />,
  chevronRight: <path d="m9.5 6 6 6-6 6" />,
  clock: <path d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3 2" />,
  close: <path d="M6 6l12 12M18 6 6 18" />,
  copy: (
    <path d="M9 6.500A2.5 2.5 0 0 1 11.5 4h6A2.5 2.5 0 0 1 20 6.500v6a2.5 2.5 0 0 1-2.5 2.500h-6A2.5 2.5 0 0 1 9 12.500ZM9 9H6.500A2.5 2.5 0 0 0 4 11.500v6A2.5 2.5 0 0 0 6.5 20h6a2.5 2.5 0 0 0 2.5-2.500V15" />
  ),
  edit: (
    <path d="m4 20 1-4.500L16 4.500a2.1 2.1 0 0 1 3 0l.5.5a2.1 2.1 0 0 1 0 3L8.5 19ZM14 6.500l3.5 3.5" />
  ),
  expand: <path d="M9 4H4v5m11-5h5v5M9 20H4v-5m11 5h5v-5" />,
  globe: (
    <path d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c2.5 2.5 3.5 5.5 3.5 9s-1 6.5-3.5 9c-2.5-2.5-3.5-5.5-3.5-9s1-6.5 3.5-9Z" />
  ),
  hand: (
    <path d="M8 12V6a1.5 1.5 0 0 1 3 0v5-7a1.5 1.5 0 0 1 3 0v7-5.500a1.5 1.5 0 0 1 3 0V15a6 6 0 0 1-6 6c-3 0-4.5-1.5-6-4l-1.7-3a1.5 1.5 0 0 1 2.6-1.500L8 15Z" />
  ),
  headphones: (
    <path d="M4 15v-3a8 8 0 0 1 16 0v3M4 15.500A1.5 1.5 0 0 1 5.5 14H7v6H5.500A1.5 1.5 0 0 1 4 18.500Zm16 0a1.5 1.5 0 0 0-1.5-1.500H17v6h1.500a1.5 1.5 0 0 0 1.5-1.500Z" />
  ),
  image: (
    <path d="M4 7.500A2.5 2.5 0 0 1 6.5 5h11A2.5 2.5 0 0 1 20 7.500v9a2.5 2.5 0 0 1-2.5 2.500h-11A2.5 2.5 0 0 1 4 16.500ZM4 16l4.5-4.500L13 16l2.5-2.500L20 18M15.5 9.500h.01" />
  ),
  info: <path d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-10v5m0-8.500v.01" />,
  leave: (
    <path d="M14 4H7.500A2.5 2.5 0 0 0 5 6.500v11A2.5 2.5 0 0 0 7.5 20H14m-3-8h9m-3.5-3.500L20 12l-3.5 3.5" />
  ),
  link: (
    <path d="M10 14a4 4 0 0 0 6 .5l3-3a4.2 4.2 0 0 0-6-6l-1.5 1.500M14 10a4 4 0 0 0-6-.5l-3 3a4.2 4.2 0 0 0 6 6l1.5-1.5" />
  ),
  list: <path d="M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01" />,
  lock: (
    <path d="M5 13.500A2.5 2.5 0 0 1 7.5 11h9a2.5 2.5 0 0 1 2.5 2.500v4a2.5 2.5 0 0 1-2.5 2.500h-9A2.5 2.5 0 0 1 5 17.500ZM8 11V8a4 4 0 0 1 8 0v3" />
  ),
  mail: (
    <path d="M3 8a2.5 2.5 0 0 1 2.5-2.500h13A2.5 2.5 0 0 1 21 8v8a2.5 2.5 0 0 1-2.5 2.500h-13A2.5 2.5 0 0 1 3 16Zm.5-.5L12 13l8.5-5.5" />
  ),
  menu: <path d="M4 8h16M4 16h16" />,
  microphone: (
    <path d="M9 6.500a3 3 0 0 1 6 0V11a3 3 0 0 1-6 0ZM5.5 11a6.5 6.5 0 0 0 13 0M12 17.500V21" />
  ),
  microphoneOff: (
    <path d="M9 9v2a3 3 0 0 0 4.5 2.600M15 11V6.500a3 3 0 0 0-5.8-1M5.5 11a6.5 6.5 0 0 0 10 5.500M18.5 11a6.5 6.5 0 0 1-.7 3M12 17.500V21M3 3l18 18" />
  ),
  moon: <path d="M20 14.500A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500Z" />,
  more: <path strokeWidth="2.75" d="M5.5 12h.01M12 12h.01M18.5 12h.01" />,
  person: <path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8.500c.5-4 3.5-6 7.5-6s7 2 7.5 6" />,
  people: (
    <path d="M9.5 11.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM3 19.500c.4-3.5 3-5 6.5-5s6.1 1.5 6.5 5M16 4.800a3.5 3.5 0 0 1 0 6.400M18 15c1.7.7 2.7 2.2 3 4.5" />
  ),
  pictureInPicture: (
    <path d="M21 11V7.500A2.5 2.5 0 0 0 18.5 5h-13A2.5 2.5 0 0 0 3 7.500v9A2.5 2.5 0 0 0 5.5 19H10m3-3.500a1.5 1.5 0 0 1 1.5-1.500h5a1.5 1.5 0 0 1 1.5 1.500v2a1.5 1.5 0 0 1-1.5 1.500h-5a1.5 1.5 0 0 1-1.5-1.500Z" />
  ),
  play: <path d="M8 5.500v13l10.5-6.500Z" />,
  plus: <path d="M12 5v14M5 12h14" />,
  qr: (
    <path d="M4 5a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v4a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1Zm10 0a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v4a1 1 0 0 1-1 1h-4a1 1 0 0 1-1-1ZM4 15a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v4a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1Zm10-1h2.500v2.500M20 14v.01M14 20v-.01M17 20h3v-3" />
  ),
  refresh: <path d="M19.5 10A8 8 0 0 0 5 8M4.5 14A8 8 0 0 0 19 16M5 4v4h4m10 12v-4h-4" />,
  screen: (
    <path d="M3 7a2.5 2.5 0 0 1 2.5-2.500h13A2.5 2.5 0 0 1 21 7v7.500a2.5 2.5 0 0 1-2.5 2.500h-13A2.5 2.5 0 0 1 3 14.500ZM8.5 20.500h7M12 13.500v-5m-2.5 2L12 8l2.5 2.5" />
  ),
  search: <path d="M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5" />,
  send: <path d="M20 4 3.5 10.500l6.5 3 3 6.500ZM20 4 10 13.5" />,
  settings: (
    <path d="M4 7h9m5 0h2M4 17h2m5 0h9M13 7a2.5 2.5 0 1 0 5 0 2.5 2.5 0 0 0-5 0ZM6 17a2.5 2.5 0 1 0 5 0 2.5 2.5 0 0 0-5 0Z" />
  ),
  share: (
    <path d="M12 15V4m-4 4 4-4 4 4M6 12v5.500A2.5 2.5 0 0 0 8.5 20h7a2.5 2.5 0 0 0 2.5-2.500V12" />
  ),
  signal: <path d="M5 15v4m4.7-7.500V19m4.6-11v11M19 4.500V19" />,
  speaker: (
    <path d="M4 9.500h3.500L12 5.500v13l-4.5-4H4ZM15.5 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11" />
  ),
  sun: (
    <path d="M12 16.500a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm0-14V4m0 16v1.500M2.5 12H4m16 0h1.500M5.3 5.300l1 1m11.4 11.4 1 1m0-13.4-1 1M6.3 17.700l-1 1" />
  ),
  ticket: (
    <path d="M4 8.500A2.5 2.5 0 0 1 6.5 6h11A2.5 2.5 0 0 1 20 8.500V10a2 2 0 0 0 0 4v1.500a2.5 2.5 0 0 1-2.5 2.500h-11A2.5 2.5 0 0 1 4 15.500V14a2 2 0 0 0 0-4ZM14.5 6v2m0 3v2m0 3v2" />
  ),
  trash: (
    <path d="M5 7h14M10 11v6m4-6v6M9 7V5.500A1.5 1.5 0 0 1 10.5 4h3A1.5 1.5 0 0 1 15 5.500V7M7 7l.6 11a2 2 0 0 0 2 2h4.800a2 2 0 0 0 2-2L17 7" />
  ),
  upload: (
    <path d="M12 16V5m-4.5 4L12 4.5 16.5 9M4.5 16v2A2.5 2.5 0 0 0 7 20.500h10a2.5 2.5 0 0 0 2.5-2.500v-2" />
  ),
  warning: <path d="M12 4 2.5 19.500h19ZM12 10v4.500m0 2.500v.01" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof drawings;

export const iconNames = Object.keys(drawings) as IconName[];

interface IconProps {
  name: IconName;
  /** Spoken name. Leave it out where words stand beside the icon. */
  label?: string;
  size?: 'small' | 'normal' | 'large';
  className?: string | undefined;
}

export function Icon({ name, label, size = 'normal', className }: IconProps) {
  const spoken = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true };
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: named by aria-label, or hidden beside words
    <svg
      viewBox="0 0 24 24"
      className={classNames(
        styles.icon,
        styles[size],
        flipped.has(name) && styles.flips,
        className,
      )}
      {...spoken}
    >
      {drawings[name]}
    </svg>
  );
}

/** Drawings with a reading direction, mirrored where text runs from right to left. */
const flipped = new Set<IconName>([
  'arrowLeft',
  'arrowRight',
  'chevronRight',
  'leave',
  'list',
  'send',
]);
