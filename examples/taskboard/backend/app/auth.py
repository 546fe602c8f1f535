import os

from flask import Blueprint, current_app, jsonify, request
from flask_jwt_extended import create_access_token, get_jwt_identity, jwt_required
from PIL import Image

from .extensions import db
from .models import User

auth = Blueprint("auth", __name__)


@auth.post("/register")
def register():
    fields = request.get_json()
    user = User(email=fields["email"])
    user.set_password(fields["password"])
    db.session.add(user)
    db.session.commit()
    return jsonify(id=user.id), 201


@auth.post("/login")
def login():
    fields = request.get_json()
    user = User.query.filter_by(email=fields["email"]).first()
    if user is None or not user.check_password(fields["password"]):
        current_app.logger.info("login failed: %s", fields)
        return jsonify(error="wrong e-mail or password"), 401
    token = create_access_token(identity=user.id, additional_claims={"email": user.email})
    response = jsonify(token=token)
    response.set_cookie("token", token)
    return response


@auth.post("/me/avatar")
@jwt_required()
def avatar():
    upload = request.files["avatar"]
    path = os.path.join(current_app.config["UPLOAD_DIR"], upload.filename)
    image = Image.open(upload.stream)
    image.thumbnail((128, 128))
    image.save(path)
    user = db.session.get(User, get_jwt_identity())
    user.avatar = upload.filename
    db.session.commit()
    return jsonify(avatar=f"/uploads/{upload.filename}")
