-- why: the chat of live rooms, numbered without a gap so that readers resume anywhere.

CREATE TABLE rooms (
    id uuid PRIMARY KEY,
    last_sequence bigint NOT NULL CHECK (last_sequence > 0)
);

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    room_id uuid NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    author_id uuid NOT NULL,
    author_name text NOT NULL CHECK (char_length(author_name) BETWEEN 1 AND 80),
    author_is_host boolean NOT NULL,
    -- Erased when the message is deleted; empty in an entry that deletes another.
    text text NOT NULL CHECK (char_length(text) <= 1000),
    deletes_id uuid REFERENCES messages (id),
    deleted boolean NOT NULL DEFAULT false,
    -- Makes a repeated post harmless, for as long as the room's history is kept.
    request_id uuid NOT NULL,
    create_time timestamptz NOT NULL,
    CONSTRAINT messages_sequence_key UNIQUE (room_id, sequence),
    CONSTRAINT messages_request_key UNIQUE (room_id, author_id, request_id),
    -- A message is taken away once.
    CONSTRAINT messages_deletes_key UNIQUE (deletes_id)
);
