-- What protects accounts: the keys that sign access tokens, sealed, and how often somebody tried.
create table signing_keys (
    -- RFC 7638 thumbprint of the public key.
    id text primary key,
    -- AES-256-GCM under a key derived from the configured secret: nonce, then ciphertext with tag.
    sealed_seed bytea not null,
    create_time timestamptz not null,
    -- From when it signs. It is published before, so that every verifier knows it in time.
    activate_time timestamptz not null
);

-- Token buckets, each as the one instant when it will be full again. Unlogged: after a crash everybody starts with full
-- buckets, which is what a crash may cost, and a refused attempt costs no write-ahead log. The key is a hash, so that
-- nobody reads from it which addresses were tried.
create unlogged table throttles (
    key bytea primary key check (octet_length(key) = 32),
    full_time timestamptz not null
);

create index throttles_full_time on throttles (full_time);
