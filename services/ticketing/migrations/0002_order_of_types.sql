-- why: an organizer says in which order visitors see the ticket types of an event. Types that were there before keep the
-- order in which they were made: among equal positions the id decides.

ALTER TABLE ticket_types ADD COLUMN position integer NOT NULL DEFAULT 0 CHECK (position >= 0);
