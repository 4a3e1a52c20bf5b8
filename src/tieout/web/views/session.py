"""Log in, log out, and the reader's own choices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tieout.web import middleware
from tieout.web.access import FORM, POST, Right, needs
from tieout.web.redirects import safe_next
from tieout.web.sessions import open_sessions


class LoginForm(AuthenticationForm):
    """Django's, with one plain sentence for every wrong pair, so that names cannot be found out."""

    error_messages = {
        "invalid_login": gettext_lazy("Name and password do not fit together."),
        "inactive": gettext_lazy("Name and password do not fit together."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = gettext_lazy("User name")


class Login(auth_views.LoginView):
    template_name = "web/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Before the first user there is nobody to log in: that one is made first."""
        if not User.objects.exists():
            return redirect("first_owner")
        return super().get(request, *args, **kwargs)


login = Login.as_view()
logout = auth_views.LogoutView.as_view()


def _set(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=middleware.COOKIE_AGE_SECONDS,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        # Not secret, and theme.js and tieout.js read them.
        httponly=False,
    )


@needs(Right.READ, methods=POST)
def set_theme(request: HttpRequest) -> HttpResponse:
    response = redirect(safe_next(request, "dashboard"))
    theme = request.POST.get("theme", "")
    if theme in middleware.THEMES:
        _set(response, middleware.THEME_COOKIE, theme)
    return response


class PreferencesForm(forms.Form):
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    single_keys = forms.BooleanField(
        label=gettext_lazy("Single-letter keys in lists (j, k, x, o, s, /)"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [(name, name.replace("_", " ")) for name in sorted(middleware.zone_names())]  # type: ignore[attr-defined]


@needs(Right.READ, methods=FORM)
def preferences(request: HttpRequest) -> HttpResponse:
    now = {"zone": request.zone_name, "single_keys": request.single_keys}  # type: ignore[attr-defined]
    form = PreferencesForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        messages.success(request, _("Saved for this browser."))
        response = redirect("preferences")
        _set(response, middleware.ZONE_COOKIE, form.cleaned_data["zone"])
        _set(response, middleware.KEYS_COOKIE, "on" if form.cleaned_data["single_keys"] else "off")
        return response
    context = {"form": form, "sessions": open_sessions(request, request.user.pk)}
    return render(request, "web/preferences.html", context)
