#!/bin/sh
# Scans every image and writes the reports to security-reports/.
mkdir -p security-reports

docker scout cves taskboard/backend:latest > security-reports/backend-scout.txt
docker scout recommendations taskboard/backend:latest > security-reports/backend-recommendations.txt
docker scout cves taskboard_frontend:latest > security-reports/frontend-scout.txt
docker scout cves postgres:14-alpine

grep -rniE 'password|secret|token' --include='*.py' backend > security-reports/secrets-scan.txt
pip-audit -r backend/requirements.txt > security-reports/python-dependencies.txt || true
(cd frontend && npm audit > ../security-reports/npm-audit.txt) || true
