"""All addresses of the web admin. Every view carries `access.needs`, or stands in OPEN."""

from __future__ import annotations

from django.urls import include, path

from tieout.web import connection_urls, exchange_urls
from tieout.web.api import screens as api_screens
from tieout.web.views import (
    coverage,
    dashboard,
    document,
    documents,
    health,
    history,
    log,
    notices,
    problems,
    proof,
    queue,
    report,
    rules_text,
    session,
    setup,
    sync_settings,
    tie_out,
    users,
)
from tieout.web.webhooks import screens as webhook_screens

#: Views that a stranger may call, by URL name.
OPEN = frozenset(("first_owner", "login", "logout", "healthz", "readyz", "metrics"))

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("live", dashboard.live, name="live"),
    path("find", dashboard.find, name="find"),
    path("login", session.login, name="login"),
    path("logout", session.logout, name="logout"),
    path("theme", session.set_theme, name="set_theme"),
    path("preferences", session.preferences, name="preferences"),
    path("queue", queue.queue, name="queue"),
    path("queue.csv", queue.queue_csv, name="queue_csv"),
    path("queue/bulk", queue.queue_bulk, name="queue_bulk"),
    path("queue/<int:posting>/<slug:action>", queue.queue_act, name="queue_act"),
    path("log", log.log, name="log"),
    path("log.csv", log.log_csv, name="log_csv"),
    path("log/<int:event>", log.log_detail, name="log_detail"),
    path("report", report.report, name="report"),
    path("report.csv", report.report_csv, name="report_csv"),
    *documents.patterns(),
    path("notices", notices.notices_page, name="notices"),
    path("notices/live", notices.notices_live, name="notices_live"),
    path("problems", problems.problems, name="problems"),
    path("problems/retry", problems.problem_retry, name="problem_retry"),
    path("plan", proof.plan, name="plan"),
    path("tie-out", tie_out.tie_out, name="tie_out"),
    path("tie-out.csv", tie_out.tie_out_csv, name="tie_out_csv"),
    path("tie-out/now", tie_out.tie_out_now, name="tie_out_now"),
    path("tie-out/progress/<int:run>", tie_out.tie_out_progress, name="tie_out_progress"),
    path("tie-out/pack", tie_out.month_pack, name="month_pack"),
    path("drift", proof.drift, name="drift"),
    path("drift.csv", proof.drift_csv, name="drift_csv"),
    path("drift/bulk", proof.drift_bulk, name="drift_bulk"),
    path("runs", history.runs, name="runs"),
    path("runs.csv", history.runs_csv, name="runs_csv"),
    path("runs/<int:run>", history.run, name="run"),
    path("runs/<int:run>/live", history.run_live, name="run_live"),
    path("runs/<int:run>/undo", history.undo, name="undo"),
    path("audit", history.audit, name="audit"),
    path("audit.csv", history.audit_csv, name="audit_csv"),
    path("accounts", setup.accounts, name="accounts"),
    path("accounts/refresh", setup.refresh, name="refresh"),
    path("mapping", setup.mapping, name="mapping"),
    path("mapping/text", rules_text.rules_text, name="rules_text"),
    path("mapping/versions", rules_text.rule_versions, name="rule_versions"),
    path("mapping/versions/back", rules_text.bring_back, name="bring_back"),
    path("mapping/coverage", coverage.coverage, name="coverage"),
    path("missing", setup.proposals, name="proposals"),
    path("settings", sync_settings.sync_settings, name="sync_settings"),
    path("settings/entities", sync_settings.entity_settings, name="entity_settings"),
    path("settings/add-all", sync_settings.add_all, name="add_all"),
    path("runs/<int:run>/pause", sync_settings.pause_run, name="pause_run"),
    *connection_urls.PATTERNS,
    *exchange_urls.PATTERNS,
    path("connections/webhooks", webhook_screens.webhooks, name="webhooks"),
    path("webhooks/", include("tieout.web.webhooks.urls")),
    path("api/", include("tieout.web.api.urls")),
    path("tokens", api_screens.tokens, name="tokens"),
    path("users", users.users, name="users"),
    path("users/<int:user>", users.user_change, name="user_change"),
    path("password", users.password, name="password"),
    path("sessions/end", users.session_end, name="session_end"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("document/<int:document>", document.document, name="document"),
    path("document/<int:document>/<slug:action>", document.document_act, name="document_act"),
]

handler403 = "tieout.web.views.errors.forbidden"
handler404 = "tieout.web.views.errors.not_found"
handler500 = "tieout.web.views.errors.broken"
