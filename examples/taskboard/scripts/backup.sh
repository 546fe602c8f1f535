#!/bin/sh
# Run by cron every night.
cd "$(dirname "$0")/.." || exit 1
docker compose exec -T db pg_dump -U taskboard taskboard | cat > "backups/taskboard-$(date +%F).sql"
chmod 644 backups/*.sql
