import { defineMessages } from '~/lib/i18n/messages';

/** The few words that primitives say by themselves; everything else comes in as props. */
export const m = defineMessages('ui', {
  close: 'Close',
  dismiss: 'Dismiss',
  loading: 'Loading',
  retry: 'Try again',
  optional: 'optional',
  failed: 'That did not work',
  noMatch: 'Nothing fits “{query}”.',
  timeZone: 'Time zone',
  clocksSkip: 'Clocks go forward that day: this time does not exist. We take {time}.',
  clocksRepeat: 'Clocks go back that day: this time comes twice. We take the first.',
  fileDrop: '<choose>Choose a file</choose> or drop it here',
  fileTooLarge: 'That file has {size}; at most {limit} fit.',
  fileWrongKind: 'That kind of file does not fit here.',
  level: 'Level: {percent, number, percent}',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  sortedUp: 'sorted ascending',
  sortedDown: 'sorted descending',
  notices: 'Notices',
  oneMore: 'One more: {label}',
  oneLess: 'One less: {label}',
});
