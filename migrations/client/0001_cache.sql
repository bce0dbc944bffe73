-- The local copy of one account. Every `sealed` column is XChaCha20-Poly1305 over the row's other columns.

-- What the server holds, as of the manifest's cursor. The primary key serves paging by id: ids are UUIDv7, so their
-- order is the order of creation.
CREATE TABLE records (
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (collection, id)
) WITHOUT ROWID;

-- Changes made here that the server has not confirmed.
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY NOT NULL,
    sealed BLOB NOT NULL
);

-- The manifest: what the other tables must hold, so that a row that vanished is noticed.
CREATE TABLE state (
    name TEXT PRIMARY KEY NOT NULL,
    sealed BLOB NOT NULL
) WITHOUT ROWID;

-- Read at every opening: the migrations run only when it is not the newest.
PRAGMA user_version = 1;
