import { defineMessages } from '~/lib/i18n/messages';

/** Words of the list of events and of its dialogs. */
export const m = defineMessages('organize', {
  title: 'Organize',
  lead: 'Everything that you and your team put on.',
  search: 'Search your events',
  newEvent: 'New event',
  list: 'Your events',
  noTimes: 'No times yet',
  edit: 'Edit',
  preview: 'Preview',
  checkIn: 'Check in',
  clone: 'Make a copy',
  more: 'Show more',
  actionsOf: 'More for {event}',
  end: 'That is all.',
  found: '{count, plural, =0 {No events found} one {# event found} other {# events found}}',
  cloned: '{event} is ready to be changed.',
  noneTitle: 'Your first event starts here',
  noneText:
    'Give it a title now; everything else can follow. Nobody sees it before you publish it.',
  noMatchTitle: 'None of your events is called that',
  noMatchText: 'Try fewer letters, or see them all.',
  showAll: 'Show all',

  organizationTitle: 'First, who puts it on?',
  organizationText:
    'Events belong to an organization: a company, a club, or you under a name of your own. Its members run its events together.',
  organizationName: 'Organization name',
  organizationHint: 'Shown on each of your events. 2 to 80 characters.',
  organizationMissing: 'Give it a name of 2 to 80 characters.',
  createOrganization: 'Create organization',
  organizationCreated: '{name} is ready. Now for your first event.',
  nameTaken: 'That name is taken. Choose another.',

  eventTitle: 'Title',
  eventTitleHint: 'At most 120 characters. You can change it later.',
  titleMissing: 'Give it a title of at most 120 characters.',
  organization: 'Organization',
  createEvent: 'Create event',
  notNow: 'Not now',

  cloneTitle: 'Make a copy of {event}',
  cloneText: 'Agenda, speakers and pictures come along. Guests and ticket types do not.',
  cloneName: 'Title of the copy',
  cloneDays: 'Days later',
  cloneDaysHint: 'Times of day stay as they are. 0 keeps the dates.',
  daysWrong: 'Give a whole number of days, at most ten years.',

  draft: 'Draft',
  submitted: 'Waiting for approval',
  approved: 'Approved',
  rejected: 'Sent back',
  published: 'Published',
  live: 'Live now',
  ended: 'Over',
  cancelled: 'Called off',
});
