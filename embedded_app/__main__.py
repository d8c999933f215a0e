"""`python -m embedded_app worker`: the commands of `flask --app embedded_app …`, for processes that stay."""

from flask.cli import ScriptInfo

from embedded_app import create_app

if __name__ == "__main__":
    app = create_app()
    app.cli.main(prog_name="python -m embedded_app", obj=ScriptInfo(create_app=lambda: app))
