-- why: what is to be told to whom, and whether it has been.

-- Facts of other services that are to be told. Composed once, then kept for a while to answer "why no mail?".
CREATE TABLE causes (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    payload bytea NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    due_time timestamptz NOT NULL,
    last_error text NOT NULL DEFAULT '',
    create_time timestamptz NOT NULL
);

CREATE INDEX causes_due_idx ON causes (due_time) WHERE state = 'waiting';

CREATE TABLE mails (
    id uuid PRIMARY KEY,
    cause_id uuid NOT NULL,
    template text NOT NULL,
    recipient text NOT NULL,
    recipient_name text NOT NULL,
    subject text NOT NULL,
    text_body text NOT NULL,
    html_body text NOT NULL,
    -- Calendar file; null when there is none.
    calendar text,
    -- Pictures in the HTML, by the name after "cid:".
    picture_names text[] NOT NULL DEFAULT '{}',
    pictures bytea[] NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    due_time timestamptz NOT NULL,
    last_error text NOT NULL DEFAULT '',
    create_time timestamptz NOT NULL,
    end_time timestamptz,
    CONSTRAINT mails_once_key UNIQUE (cause_id, recipient, template)
);

CREATE INDEX mails_due_idx ON mails (due_time) WHERE state = 'waiting';
CREATE INDEX mails_failed_idx ON mails (end_time) WHERE state = 'failed';

-- How far each person's notices are numbered and read.
CREATE TABLE readers (
    user_id uuid PRIMARY KEY,
    last_sequence bigint NOT NULL DEFAULT 0,
    read_sequence bigint NOT NULL DEFAULT 0
);

CREATE TABLE notices (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    sequence bigint NOT NULL,
    cause_id uuid NOT NULL,
    kind text NOT NULL,
    event_title text NOT NULL,
    path text NOT NULL,
    detail text NOT NULL,
    create_time timestamptz NOT NULL,
    CONSTRAINT notices_sequence_key UNIQUE (user_id, sequence),
    CONSTRAINT notices_once_key UNIQUE (cause_id, user_id, kind)
);
