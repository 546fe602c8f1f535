from flask_talisman import Talisman


def init_headers(app):
    if app.config["PRODUCTION"]:
        Talisman(
            app,
            force_https=True,
            strict_transport_security=True,
            content_security_policy={
                "default-src": "'self'",
                "img-src": "*",
                "script-src": "'self' 'unsafe-inline'",
            },
        )
    else:
        # Every response carries a Content-Security-Policy (docs/SECURITY.md, "XSS protection headers").
        Talisman(app, force_https=False, content_security_policy=None)
