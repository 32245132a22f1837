"""The tables of the main job, as SQL text that SQLite and PostgreSQL read alike but for STRICT."""

MAIL = (
    """
    CREATE TABLE people (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        username TEXT NOT NULL,
        language TEXT NOT NULL,
        access TEXT NOT NULL CHECK (access IN ('stranger', 'waiting', 'admitted', 'refused')),
        admin INTEGER NOT NULL,
        active_connection TEXT,
        asked_at TEXT,
        revision INTEGER NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE connections (
        id TEXT PRIMARY KEY,
        owner INTEGER NOT NULL REFERENCES people (id),
        scheme TEXT NOT NULL,
        host TEXT NOT NULL,
        port INTEGER,
        prefix TEXT NOT NULL,
        user_id INTEGER NOT NULL,
        code BLOB NOT NULL,
        account BLOB NOT NULL,
        senders_at TEXT NOT NULL,
        revision INTEGER NOT NULL,
        removed INTEGER NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE UNIQUE INDEX connections_one_per_webhook_owner
    ON connections (owner, host, coalesce(port, 0), prefix, user_id)
    """,
    """
    CREATE TABLE connect_attempts (
        id TEXT PRIMARY KEY,
        owner INTEGER NOT NULL REFERENCES people (id),
        chat INTEGER NOT NULL,
        thread INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('asked', 'checking', 'replace', 'connected', 'failed', 'dropped')),
        revision INTEGER NOT NULL,
        address BLOB,
        account BLOB,
        failure BLOB,
        connection TEXT,
        called_at TEXT,
        created_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX connect_attempts_by_state ON connect_attempts (state)",
    "CREATE INDEX connect_attempts_by_owner ON connect_attempts (owner, called_at)",
    """
    CREATE TABLE letters (
        id TEXT PRIMARY KEY,
        owner INTEGER NOT NULL REFERENCES people (id),
        connection TEXT NOT NULL,
        number INTEGER NOT NULL,
        text BLOB NOT NULL,
        read_at TEXT NOT NULL,
        UNIQUE (owner, connection, number)
    ) STRICT
    """,
    """
    CREATE TABLE drafts (
        id TEXT PRIMARY KEY,
        owner INTEGER NOT NULL REFERENCES people (id),
        chat INTEGER NOT NULL,
        thread INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('composing', 'confirmed', 'aside')),
        revision INTEGER NOT NULL,
        field TEXT NOT NULL,
        guided INTEGER NOT NULL,
        reviewed INTEGER NOT NULL,
        whole INTEGER NOT NULL,
        wants TEXT NOT NULL CHECK (wants IN ('', 'unread', 'letter')),
        asked_at_revision INTEGER NOT NULL,
        connection TEXT NOT NULL,
        letter_number INTEGER,
        letter TEXT,
        written BLOB NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX drafts_by_owner ON drafts (owner, state)",
    "CREATE INDEX drafts_wanting ON drafts (wants) WHERE wants <> ''",
    """
    CREATE TABLE pointers (
        person INTEGER NOT NULL,
        chat INTEGER NOT NULL,
        thread INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('draft', 'attempt')),
        subject TEXT NOT NULL,
        PRIMARY KEY (person, chat, thread)
    ) STRICT
    """,
    """
    CREATE TABLE outbox (
        id TEXT PRIMARY KEY,
        owner INTEGER NOT NULL REFERENCES people (id),
        chat INTEGER NOT NULL,
        thread INTEGER NOT NULL,
        draft TEXT NOT NULL,
        connection TEXT NOT NULL,
        method TEXT NOT NULL,
        idempotency_key TEXT NOT NULL UNIQUE,
        hook_fp BLOB,
        body BLOB NOT NULL,
        body_sha256 TEXT NOT NULL,
        envelope BLOB NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('held', 'queued', 'sending', 'sent', 'rejected', 'blocked', 'deferred', 'unknown',
             'cancelled', 'abandoned')),
        why TEXT NOT NULL,
        revision INTEGER NOT NULL,
        due_at TEXT NOT NULL,
        lease_until TEXT,
        lease_epoch INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        replays INTEGER NOT NULL,
        first_wire_at TEXT,
        last_wire_at TEXT,
        failure BLOB,
        accepted_to BLOB,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX outbox_by_state ON outbox (state, due_at)",
    "CREATE INDEX outbox_by_owner ON outbox (owner, created_at)",
    "CREATE INDEX outbox_by_draft ON outbox (draft)",
    """
    CREATE TABLE notices (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        person INTEGER NOT NULL,
        kind TEXT NOT NULL,
        chat INTEGER NOT NULL,
        thread INTEGER NOT NULL,
        subject TEXT NOT NULL,
        manner TEXT NOT NULL CHECK (manner IN ('new', 'edit')),
        next_manner TEXT NOT NULL CHECK (next_manner IN ('new', 'edit')),
        tries INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('owed', 'on_wire', 'done', 'dropped')),
        armed INTEGER NOT NULL,
        due_at TEXT NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE UNIQUE INDEX notices_owed_once ON notices (kind, chat, thread, subject)
    WHERE state IN ('owed', 'on_wire')
    """,
    "CREATE INDEX notices_by_chat ON notices (chat, id) WHERE state = 'owed'",
    "CREATE INDEX notices_put_off ON notices (chat, due_at) WHERE tries > 0",
    """
    CREATE TABLE cards (
        chat INTEGER NOT NULL,
        message INTEGER NOT NULL,
        thread INTEGER NOT NULL,
        person INTEGER NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        revision INTEGER NOT NULL,
        live INTEGER NOT NULL,
        shown_at TEXT NOT NULL,
        PRIMARY KEY (chat, message)
    ) STRICT
    """,
    "CREATE INDEX cards_by_subject ON cards (subject, kind) WHERE live = 1",
    """
    CREATE TABLE portals (
        host TEXT NOT NULL,
        method TEXT NOT NULL,
        idempotency TEXT NOT NULL CHECK (idempotency IN ('proven', 'absent')),
        learned_at TEXT NOT NULL,
        PRIMARY KEY (host, method)
    ) STRICT
    """,
)

NAMES_AND_TESTS = (
    "ALTER TABLE connections ADD COLUMN name BLOB",
    """
    CREATE TABLE connection_tests (
        connection TEXT PRIMARY KEY REFERENCES connections (id),
        owner INTEGER NOT NULL,
        chat INTEGER NOT NULL,
        thread INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('asking', 'works', 'failed')),
        revision INTEGER NOT NULL,
        failure BLOB
    ) STRICT
    """,
    """
    CREATE TABLE new_pointers (
        person INTEGER NOT NULL,
        chat INTEGER NOT NULL,
        thread INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('draft', 'attempt', 'connection')),
        subject TEXT NOT NULL,
        PRIMARY KEY (person, chat, thread)
    ) STRICT
    """,
    "INSERT INTO new_pointers SELECT person, chat, thread, kind, subject FROM pointers",
    "DROP TABLE pointers",
    "ALTER TABLE new_pointers RENAME TO pointers",
)

INVITES = (
    """
    CREATE TABLE invites (
        token_sha256 BLOB PRIMARY KEY,
        admin INTEGER NOT NULL REFERENCES people (id),
        created_at TEXT NOT NULL CHECK (length(created_at) = 27),
        expires_at TEXT NOT NULL CHECK (length(expires_at) = 27),
        used_by INTEGER REFERENCES people (id),
        used_at TEXT CHECK (length(used_at) = 27)
    ) STRICT
    """,
    "CREATE INDEX invites_by_guest ON invites (used_by) WHERE used_by IS NOT NULL",
    "ALTER TABLE people ADD COLUMN removed INTEGER NOT NULL DEFAULT 0",
)

_OUTBOX_2 = """
    CREATE TABLE new_outbox (
        id TEXT PRIMARY KEY,
        owner INTEGER NOT NULL REFERENCES people (id),
        chat INTEGER NOT NULL,
        thread INTEGER NOT NULL,
        draft TEXT NOT NULL,
        connection TEXT NOT NULL,
        method TEXT NOT NULL,
        idempotency_key TEXT NOT NULL UNIQUE,
        hook_fp BLOB,
        body BLOB NOT NULL,
        body_sha256 TEXT NOT NULL,
        envelope BLOB NOT NULL,
        baseline BLOB,
        state TEXT NOT NULL CHECK (state IN
            ('held', 'queued', 'sending', 'sent', 'rejected', 'blocked', 'deferred', 'verifying',
             'expired', 'unknown', 'cancelled', 'abandoned')),
        why TEXT NOT NULL,
        revision INTEGER NOT NULL,
        due_at TEXT NOT NULL,
        next_at TEXT CHECK (length(next_at) = 27),
        remind_at TEXT CHECK (length(remind_at) = 27),
        lease_until TEXT,
        lease_epoch INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        deferrals INTEGER NOT NULL DEFAULT 0,
        replays INTEGER NOT NULL,
        no_replay INTEGER NOT NULL DEFAULT 0,
        first_wire_at TEXT,
        last_wire_at TEXT,
        failure BLOB,
        accepted_to BLOB,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    ) STRICT
"""

_OUTBOX_1_COLUMNS = (
    "id, owner, chat, thread, draft, connection, method, idempotency_key, hook_fp, body, "
    "body_sha256, envelope, state, why, revision, due_at, lease_until, lease_epoch, attempts, "
    "replays, first_wire_at, last_wire_at, failure, accepted_to, created_at, updated_at"
)

OUTBOX_STATES = (
    _OUTBOX_2,
    f"INSERT INTO new_outbox ({_OUTBOX_1_COLUMNS}) SELECT {_OUTBOX_1_COLUMNS} FROM outbox",  # noqa: S608  (only names of columns are joined)
    "DROP TABLE outbox",
    "ALTER TABLE new_outbox RENAME TO outbox",
    "CREATE INDEX outbox_by_state ON outbox (state, due_at)",
    "CREATE INDEX outbox_by_owner ON outbox (owner, created_at)",
    "CREATE INDEX outbox_by_draft ON outbox (draft)",
    "UPDATE outbox SET state = 'expired' WHERE state = 'deferred' AND why = 'late'",
    "UPDATE outbox SET next_at = due_at, deferrals = 1 WHERE state = 'deferred'",
    """
    CREATE TABLE outbox_history (
        id INTEGER PRIMARY KEY,
        outbox TEXT NOT NULL,
        at TEXT NOT NULL CHECK (length(at) = 27),
        was TEXT NOT NULL,
        state TEXT NOT NULL,
        why TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX outbox_history_by_row ON outbox_history (outbox, id)",
    "ALTER TABLE connections ADD COLUMN guarded INTEGER NOT NULL DEFAULT 1",
)

ABSENCES = (
    """
    CREATE TABLE polls (
        bot_id INTEGER PRIMARY KEY,
        at TEXT NOT NULL CHECK (length(at) = 27)
    ) STRICT
    """,
    """
    CREATE TABLE absences (
        id TEXT PRIMARY KEY,
        since TEXT NOT NULL CHECK (length(since) = 27),
        until TEXT NOT NULL CHECK (length(until) = 27)
    ) STRICT
    """,
)
