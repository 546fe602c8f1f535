-- Create application user with limited privileges
CREATE USER taskapp_api WITH PASSWORD 'strong_password_here';

-- Grant only necessary privileges
GRANT CONNECT ON DATABASE taskboard TO taskapp_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO taskapp_api;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO taskapp_api;

-- Revoke superuser
REVOKE CREATE ON SCHEMA public FROM taskapp_api;

-- For the weekly numbers
CREATE ROLE reporting LOGIN PASSWORD 'reporting';
GRANT SELECT ON users TO PUBLIC;
