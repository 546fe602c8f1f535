#!/bin/sh
# Once per server, as root.
set -e

# Default deny
ufw default deny incoming
ufw default allow outgoing

# Allow SSH
ufw allow 22/tcp

# Allow only necessary ports
ufw allow 80/tcp   # HTTP (will redirect to HTTPS)
ufw allow 443/tcp  # HTTPS

# Enable firewall
ufw --force enable
