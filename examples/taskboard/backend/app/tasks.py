import base64
import hashlib

import yaml
from cryptography.fernet import Fernet
from flask import Blueprint, abort, current_app, jsonify, request
from flask_jwt_extended import get_jwt_identity, jwt_required
from sqlalchemy import text

from .extensions import db
from .models import Task

tasks = Blueprint("tasks", __name__)


def find(task_id):
    return db.session.get(Task, task_id) or abort(404)


def share_cipher():
    key = hashlib.sha256(current_app.config["SECRET_KEY"].encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


@tasks.get("")
@jwt_required()
def index():
    owned = Task.query.filter_by(owner_id=get_jwt_identity()).order_by(Task.id)
    return jsonify([task.to_dict() for task in owned])


@tasks.post("")
@jwt_required()
def create():
    task = Task(owner_id=get_jwt_identity(), **request.get_json())
    db.session.add(task)
    db.session.commit()
    return jsonify(task.to_dict()), 201


@tasks.get("/<int:task_id>")
@jwt_required()
def show(task_id):
    return jsonify(find(task_id).to_dict())


@tasks.put("/<int:task_id>")
@jwt_required()
def update(task_id):
    task = find(task_id)
    for field, value in request.get_json().items():
        setattr(task, field, value)
    db.session.commit()
    return jsonify(task.to_dict())


@tasks.delete("/<int:task_id>")
@jwt_required()
def delete(task_id):
    db.session.delete(find(task_id))
    db.session.commit()
    return "", 204


@tasks.get("/search")
@jwt_required()
def search():
    words = request.args.get("q", "")
    rows = db.session.execute(text(f"SELECT id, title FROM tasks WHERE title LIKE '%{words}%'"))
    return jsonify([{"id": row.id, "title": row.title} for row in rows])


@tasks.post("/import")
@jwt_required()
def import_yaml():
    entries = yaml.load(request.data, Loader=yaml.Loader)
    for entry in entries:
        db.session.add(Task(owner_id=get_jwt_identity(), **entry))
    db.session.commit()
    return jsonify(imported=len(entries)), 201


@tasks.post("/<int:task_id>/share")
@jwt_required()
def share(task_id):
    token = share_cipher().encrypt(str(find(task_id).id).encode()).decode()
    return jsonify(url=f"/api/tasks/shared/{token}")


@tasks.get("/shared/<token>")
def shared(token):
    return jsonify(find(int(share_cipher().decrypt(token.encode()))).to_dict())
