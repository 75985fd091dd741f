-- Requests that changed something, with the response they got: the same request again gets the same response and
-- changes nothing. Written in the transaction of the change, kept for a day.
create table request_claims (
    caller text not null,
    method text not null,
    request_id uuid not null,
    payload_hash bytea not null,
    response bytea,
    claim_time timestamptz not null,
    primary key (caller, method, request_id)
);

create index request_claims_claim_time on request_claims (claim_time);
