CREATE TABLE users (
    id            SERIAL PRIMARY KEY,
    email         VARCHAR(255) NOT NULL UNIQUE,
    password_hash VARCHAR(72)  NOT NULL,
    avatar        VARCHAR(255),
    created_at    TIMESTAMP    NOT NULL DEFAULT now()
);

CREATE TABLE tasks (
    id       SERIAL PRIMARY KEY,
    owner_id INTEGER      NOT NULL REFERENCES users (id),
    title    VARCHAR(200) NOT NULL,
    body     TEXT         NOT NULL DEFAULT '',
    state    VARCHAR(16)  NOT NULL DEFAULT 'todo',
    due_at   TIMESTAMP
);

CREATE INDEX tasks_owner_id ON tasks (owner_id);
