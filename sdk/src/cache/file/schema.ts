/** Grows when the tables change: files of older formats are replaced, those of newer ones left alone. */
export const FORMAT = 1

/** "Pitw": tells `file(1)` and us whose database it is. */
export const APPLICATION = 0x50697477

/** The tables of a new file. */
export const schema = `
CREATE TABLE state (one INTEGER PRIMARY KEY, version INTEGER NOT NULL, floor INTEGER NOT NULL, floorAt REAL NOT NULL, boot TEXT NOT NULL,
  sum INTEGER NOT NULL);
CREATE TABLE entries (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, freshUntil REAL NOT NULL, servedUntil REAL NOT NULL,
  tags TEXT NOT NULL, usedAt REAL NOT NULL, sum INTEGER NOT NULL);
CREATE INDEX entries_by_use ON entries (usedAt);
CREATE TABLE bodies (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE fences (id TEXT PRIMARY KEY, version INTEGER NOT NULL, at REAL NOT NULL, hash INTEGER NOT NULL, space TEXT NOT NULL,
  origin TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX fences_by_version ON fences (version);
CREATE TABLE marks (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, since INTEGER NOT NULL, invalidated INTEGER NOT NULL,
  space TEXT NOT NULL, origin TEXT NOT NULL, sum INTEGER NOT NULL);
CREATE INDEX marks_by_invalidation ON marks (invalidated);
CREATE TABLE locks (id TEXT PRIMARY KEY, holder TEXT NOT NULL, until REAL NOT NULL, outcome BLOB, sum INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA application_id = ${APPLICATION};
PRAGMA user_version = ${FORMAT};
`
