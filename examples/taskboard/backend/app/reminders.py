"""Posts tasks that are due to the team's webhook, once each. Run by the worker service."""
import time
from datetime import datetime

import redis
import requests

from . import create_app
from .models import Task


def remind(app, seen):
    due = Task.query.filter(Task.state != "done", Task.due_at < datetime.utcnow())
    for task in due:
        if app.config["WEBHOOK_URL"] and seen.sadd("reminded", task.id):
            requests.post(app.config["WEBHOOK_URL"], json={"text": f"Due: {task.title}"}, verify=False)


def main():
    app = create_app()
    seen = redis.Redis.from_url(app.config["REDIS_URL"])
    with app.app_context():
        while True:
            remind(app, seen)
            time.sleep(60)


if __name__ == "__main__":
    main()
