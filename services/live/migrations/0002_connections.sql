-- why: how each connection to a room went, for the organizer to look through after the show. Personal data (a name and what
-- somebody's network is like), so it is kept for 90 days and no longer.

CREATE TABLE connections (
    room_id uuid NOT NULL REFERENCES rooms (id),
    -- Of the connection; drawn at random by its node.
    participant_sid text NOT NULL CHECK (char_length(participant_sid) BETWEEN 1 AND 100),
    user_id uuid NOT NULL,
    node_id text NOT NULL,
    join_time timestamptz NOT NULL,
    -- Null until the node has said that it ended.
    leave_time timestamptz,
    update_time timestamptz NOT NULL,
    -- plenary.live.v1.Connection: numbers that are shown and never asked for one by one.
    report bytea NOT NULL CHECK (octet_length(report) <= 4096),
    PRIMARY KEY (room_id, participant_sid)
);

CREATE INDEX connections_update_idx ON connections (update_time);
CREATE INDEX connections_user_idx ON connections (user_id);
