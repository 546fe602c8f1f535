--
-- PostgreSQL database dump
--

COPY public.users (id, email, password_hash, avatar, created_at) FROM stdin;
1	ada@taskboard.example	$2b$12$tg9Qe8EWh0UqZjbxIJfB5eoxQ6RebpmzF1dHmRWSvwiqyrkyqS/nC	\N	2025-03-01 09:12:44
\.

COPY public.tasks (id, owner_id, title, body, state, due_at) FROM stdin;
1	1	Rotate the Slack token	it is @@FAKE_SLACK_BOT@@ until then	todo	2025-11-15 00:00:00
\.

--
-- PostgreSQL database dump complete
--
