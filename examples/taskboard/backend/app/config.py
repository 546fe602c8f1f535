import os


class Config:
    SECRET_KEY = "tb-harbour-lantern-2023"
    PRODUCTION = os.environ.get("APP_ENV") == "production"

    SQLALCHEMY_DATABASE_URI = os.environ.get(
        "DATABASE_URL", "postgresql://taskboard:Harbour7Lantern@db:5432/taskboard"
    )
    REDIS_URL = os.environ.get("REDIS_URL", "redis://redis:6379/0")

    JWT_SECRET_KEY = os.environ.get("JWT_SECRET_KEY", "jwt-q8Zr2vLw5nXe")
    JWT_ACCESS_TOKEN_EXPIRES = False

    SESSION_COOKIE_SECURE = False
    UPLOAD_DIR = os.environ.get("UPLOAD_DIR", "/srv/uploads")

    STRIPE_API_KEY = os.environ.get("STRIPE_API_KEY")
    SENDGRID_API_KEY = os.environ.get("SENDGRID_API_KEY", "@@FAKE_SENDGRID@@")
    WEBHOOK_URL = os.environ.get("WEBHOOK_URL")
