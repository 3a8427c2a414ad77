-- Roles for the portal on PostgreSQL. Run once as a superuser, in the portal's database:
--
--     psql -v owner_password="'...'" -v web_password="'...'" -f docs/postgresql-roles.sql
--
-- orca_owner  owns every table. `manage.py migrate` runs as this role, and nothing else does.
-- orca_web    is what DATABASE_URL of the web and the workers names. It owns nothing: it can neither
--             drop nor disable a trigger, nor truncate a table, nor change what may only be added.
--
-- Triggers stop the portal's own mistakes and whoever takes over its account. Against the owner and
-- superusers there is the log: keep packages and checkpoints where they cannot reach them.

CREATE ROLE orca_owner LOGIN PASSWORD :owner_password;
CREATE ROLE orca_web LOGIN PASSWORD :web_password;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO orca_owner;
GRANT USAGE ON SCHEMA public TO orca_web;

-- What the owner makes from now on, the web role may use, but neither truncate nor reference.
ALTER DEFAULT PRIVILEGES FOR ROLE orca_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO orca_web;
ALTER DEFAULT PRIVILEGES FOR ROLE orca_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO orca_web;
