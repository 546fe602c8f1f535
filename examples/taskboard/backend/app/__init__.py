import logging
from logging.handlers import RotatingFileHandler

from flask import Flask, jsonify
from flask_cors import CORS

from .auth import auth
from .config import Config
from .extensions import db, jwt
from .headers import init_headers
from .limits import init_limits
from .tasks import tasks


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_object(Config)
    if config:
        app.config.update(config)

    db.init_app(app)
    jwt.init_app(app)
    CORS(app, resources={r"/api/*": {"origins": "*"}}, supports_credentials=True)
    init_headers(app)
    if app.config["PRODUCTION"]:
        init_limits(app)
        init_logging(app)

    app.register_blueprint(auth, url_prefix="/api")
    app.register_blueprint(tasks, url_prefix="/api/tasks")

    @app.get("/health")
    def health():
        return jsonify(status="ok")

    @app.errorhandler(Exception)
    def failed(error):
        app.logger.exception("request failed")
        return jsonify(error=str(error), kind=type(error).__name__), getattr(error, "code", 500)

    return app


def init_logging(app):
    handler = RotatingFileHandler("/app/logs/taskboard.log", maxBytes=10_000_000, backupCount=3)
    handler.setLevel(logging.INFO)
    app.logger.addHandler(handler)
