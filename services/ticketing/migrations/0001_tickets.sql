-- why: ticket types with exact capacity, orders that hold and take their seats, and the tickets that come of them.

CREATE TABLE ticket_types (
    id uuid PRIMARY KEY,
    event_id uuid NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 80),
    description text NOT NULL CHECK (char_length(description) <= 280),
    price_currency text NOT NULL CHECK (char_length(price_currency) = 3),
    price_minor bigint NOT NULL CHECK (price_minor >= 0),
    capacity integer NOT NULL CHECK (capacity BETWEEN 1 AND 1000000),
    max_per_order integer NOT NULL CHECK (max_per_order BETWEEN 1 AND 50),
    sale_start_time timestamptz,
    sale_end_time timestamptz,
    -- Seats in running holds, and tickets issued and valid. Changed together with the orders that they count.
    held_count integer NOT NULL DEFAULT 0 CHECK (held_count >= 0),
    sold_count integer NOT NULL DEFAULT 0 CHECK (sold_count >= 0),
    version bigint NOT NULL DEFAULT 1,
    create_time timestamptz NOT NULL,
    CONSTRAINT ticket_types_seats_check CHECK (held_count + sold_count <= capacity),
    CONSTRAINT ticket_types_window_check CHECK (sale_end_time > sale_start_time)
);

CREATE INDEX ticket_types_event_idx ON ticket_types (event_id, id);

CREATE TABLE orders (
    id uuid PRIMARY KEY,
    event_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    buyer_email text NOT NULL,
    state text NOT NULL CHECK (state IN ('held', 'awaiting_payment', 'processing', 'completed', 'expired', 'cancelled')),
    currency text NOT NULL CHECK (char_length(currency) = 3),
    hold_expire_time timestamptz,
    complete_time timestamptz,
    create_time timestamptz NOT NULL,
    -- The event as it was when the order was made, for tickets and mail.
    event_title text NOT NULL,
    event_start_time timestamptz,
    event_end_time timestamptz,
    event_time_zone text NOT NULL,
    CONSTRAINT orders_held_check CHECK ((state = 'held') = (hold_expire_time IS NOT NULL)),
    CONSTRAINT orders_complete_check CHECK (state <> 'completed' OR complete_time IS NOT NULL)
);

-- One held order for each buyer and event, however often they click.
CREATE UNIQUE INDEX orders_held_key ON orders (buyer_id, event_id) WHERE state = 'held';
CREATE INDEX orders_expiry_idx ON orders (hold_expire_time) WHERE state = 'held';
CREATE INDEX orders_buyer_idx ON orders (buyer_id, id);

CREATE TABLE order_lines (
    order_id uuid NOT NULL REFERENCES orders (id),
    position smallint NOT NULL,
    ticket_type_id uuid NOT NULL REFERENCES ticket_types (id),
    ticket_type_name text NOT NULL,
    quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 50),
    unit_minor bigint NOT NULL CHECK (unit_minor >= 0),
    PRIMARY KEY (order_id, position)
);

CREATE INDEX order_lines_type_idx ON order_lines (ticket_type_id);

CREATE TABLE tickets (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders (id),
    event_id uuid NOT NULL,
    ticket_type_id uuid NOT NULL REFERENCES ticket_types (id),
    ticket_type_name text NOT NULL,
    -- The account that it admits; null while only the address says whose it is.
    owner_id uuid,
    attendee_name text NOT NULL CHECK (char_length(attendee_name) BETWEEN 1 AND 80),
    attendee_email text NOT NULL,
    state text NOT NULL CHECK (state IN ('valid', 'checked_in', 'void')),
    check_in_time timestamptz,
    check_in_by uuid,
    create_time timestamptz NOT NULL,
    CONSTRAINT tickets_check_in_check CHECK (state <> 'checked_in' OR check_in_time IS NOT NULL)
);

CREATE INDEX tickets_order_idx ON tickets (order_id, id);
CREATE INDEX tickets_event_idx ON tickets (event_id, id);
CREATE INDEX tickets_owner_idx ON tickets (owner_id, id) WHERE owner_id IS NOT NULL;
CREATE INDEX tickets_email_idx ON tickets (attendee_email, id);
