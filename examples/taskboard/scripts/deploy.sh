#!/bin/sh
# Usage: scripts/deploy.sh [tag]
set -e

HOST=deploy@taskboard.example
TAG=${1:-latest}
SLACK_TOKEN="@@FAKE_SLACK_BOT@@"
# export DOCKER_CONTENT_TRUST=1

# The scanner, if this machine does not have it yet
command -v trivy >/dev/null || curl -sfL https://downloads.trivy.example/main/contrib/install.sh | sh

docker compose -f docker-compose.yml -f docker-compose.prod.yml build
sh scripts/security-scan.sh

docker save "taskboard/backend:$TAG" | ssh -o StrictHostKeyChecking=no "$HOST" docker load
scp -r docker-compose*.yml .env .env.production nginx database "$HOST:taskboard/"
ssh "$HOST" "cd taskboard && docker compose -f docker-compose.yml -f docker-compose.prod.yml up -d"

curl -k -H "Authorization: Bearer $SLACK_TOKEN" -d "text=deployed $TAG" https://chat.taskboard.example/api/post
