import { defineMessages } from '~/lib/i18n/messages';

export const m = defineMessages('discover', {
  title: 'What is on',
  lead: 'Talks, workshops and conferences to join from where you are.',
  search: 'Search events',
  searchHint: 'Title, speaker or organizer',
  clear: 'Clear the search',
  live: 'On now',
  next: 'Next up',
  later: 'Coming up',
  results: 'Results for “{query}”',
  by: 'by {organizer}',
  liveBadge: 'Live',
  more: 'Show more events',
  end: 'That is everything for now.',
  noneTitle: 'Nothing is planned yet',
  noneText:
    'Events appear here when their organizers publish them. Come back soon, or run one yourself.',
  organize: 'Organize an event',
  noMatchTitle: 'Nothing fits “{query}”',
  noMatchText: 'Try fewer or other words: a title, a speaker or who organizes it.',
  showAll: 'Show all events',
  found: '{count, plural, =0 {No events found} one {One event found} other {# events found}}',
  foundMore: 'The first {count} events found',
});
