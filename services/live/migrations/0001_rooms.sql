-- why: rooms, the seats in them, and the SFU nodes they are placed on.

CREATE TABLE rooms (
    id uuid PRIMARY KEY,
    session_id uuid NOT NULL CONSTRAINT rooms_session_key UNIQUE,
    event_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'live', 'ended')),
    capacity integer NOT NULL CHECK (capacity BETWEEN 1 AND 100000),
    -- The node that has the room; kept after the end until the node has closed it.
    node_id text,
    live_start_time timestamptz,
    live_end_time timestamptz,
    create_time timestamptz NOT NULL
);

CREATE INDEX rooms_node_idx ON rooms (node_id) WHERE node_id IS NOT NULL;

CREATE TABLE leases (
    room_id uuid NOT NULL REFERENCES rooms (id),
    user_id uuid NOT NULL,
    is_host boolean NOT NULL,
    -- The connection that holds the seat; null while nobody has come to take it.
    participant_sid text,
    node_id text,
    -- Until when a token that is out may still be used; null once it has been.
    grant_expire_time timestamptz,
    expire_time timestamptz NOT NULL,
    PRIMARY KEY (room_id, user_id)
);

CREATE INDEX leases_expire_idx ON leases (expire_time);

CREATE TABLE nodes (
    id text PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 100),
    address text NOT NULL CHECK (char_length(address) <= 500),
    free_seats integer NOT NULL CHECK (free_seats >= 0),
    start_time timestamptz NOT NULL,
    seen_time timestamptz NOT NULL
);
