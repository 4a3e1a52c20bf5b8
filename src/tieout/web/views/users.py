"""Users and their roles. Kept by Django; every change leaves an entry in the audit trail."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import password_validation, update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import Group, User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tieout.web.access import FORM, POST, RIGHTS, ROLE_TITLES, Right, UserRole, needs, rights_of, roles_of
from tieout.web.redirects import safe_next
from tieout.web.sessions import end_session, open_sessions
from tieout.web.use_cases import actor_of, use_cases

#: Of a password that Tieout makes: 16 characters, 96 bits.
_PASSWORD_BYTES = 12
_ROLES = [(role.value, ROLE_TITLES[role]) for role in UserRole]


class NewUserForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("User name"), max_length=150, validators=[UnicodeUsernameValidator()]
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=_ROLES, initial=UserRole.VIEWER.value)
    password = forms.CharField(
        label=gettext_lazy("First password"),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters. Tell it to the person in another way than by mail."),
    )

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(_("There is a user of this name."))
        return name

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, User(username=self.cleaned_data.get("username", "")))
        return password


def _role(user: User) -> UserRole | None:
    """The strongest role of a user."""
    found = roles_of(user)
    return next((role for role in UserRole if role in found), None)


@needs(Right.OWN, methods=FORM)
def users(request: HttpRequest) -> HttpResponse:
    """Who may log in, as what, and who is logged in now."""
    form = NewUserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with transaction.atomic():
            user = User.objects.create_user(data["username"], password=data["password"])
            user.groups.add(Group.objects.get(name=data["role"]))
        use_cases().note("user added", f"{user.username}: {data['role']}", actor_of(request))
        messages.success(request, _("%(name)s may log in.") % {"name": user.username})
        return redirect("users")
    return _shown(request, form)


def _shown(request: HttpRequest, form: NewUserForm, fresh: tuple[str, str] | None = None) -> HttpResponse:
    """fresh: a user and the password that is shown this once."""
    known = User.objects.prefetch_related("groups").order_by("username")
    context: dict[str, Any] = {
        "form": form,
        "rows": [(user, _role(user)) for user in known],
        "roles": _ROLES,
        "fresh": fresh,
        "sessions": open_sessions(request),
        "rights": [
            (ROLE_TITLES[role], [right.value for right in Right if right in RIGHTS[role]]) for role in UserRole
        ],
    }
    return render(request, "web/users.html", context)


def _is_last_owner(user: User) -> bool:
    others = User.objects.filter(is_active=True, groups__name=UserRole.OWNER.value).exclude(pk=user.pk)
    return (
        not others.exists()
        and not User.objects.filter(is_active=True, is_superuser=True).exclude(pk=user.pk).exists()
    )


@needs(Right.OWN, methods=POST)
def user_change(request: HttpRequest, user: int) -> HttpResponse:
    """Another role, another password, or no way in any more; never the last owner's."""
    found = get_object_or_404(User, pk=user)
    action = request.POST.get("action", "")
    if action in ("role", "close") and _role(found) is UserRole.OWNER and _is_last_owner(found):
        messages.error(request, _("There must be an owner. Make another one first."))
        return redirect("users")
    if action == "role" and request.POST.get("role") in set(UserRole):
        before, after = _role(found), request.POST["role"]
        found.groups.set([Group.objects.get(name=after)])
        use_cases().note("role changed", f"{found.username}: {before or 'none'} to {after}", actor_of(request))
        messages.success(request, _("Changed."))
    elif action in ("close", "open"):
        found.is_active = action == "open"
        found.save(update_fields=["is_active"])
        what = "user let in again" if found.is_active else "user shut out"
        use_cases().note(what, found.username, actor_of(request))
        messages.success(request, _("Changed."))
    elif action == "password":
        # Every session of the user ends with the old password. Shown on this page only: messages are kept in cookies.
        new = secrets.token_urlsafe(_PASSWORD_BYTES)
        found.set_password(new)
        found.save(update_fields=["password"])
        use_cases().note("password reset", found.username, actor_of(request))
        return _shown(request, NewUserForm(), (found.username, new))
    else:
        messages.error(request, _("Nothing was changed."))
    return redirect("users")


@needs(Right.READ, methods=POST)
def session_end(request: HttpRequest) -> HttpResponse:
    """End a session: an owner anybody's, others their own."""
    everybody = Right.OWN in rights_of(request.user)
    whose = end_session(request.POST.get("session", ""), None if everybody else request.user.pk)
    if whose:
        use_cases().note("session ended", whose, actor_of(request))
        messages.success(request, _("The session has ended."))
    else:
        messages.info(request, _("That session had ended already."))
    return redirect(safe_next(request, "preferences"))


@needs(Right.READ, methods=FORM)
def password(request: HttpRequest) -> HttpResponse:
    """One's own password; other sessions of the user end."""
    assert isinstance(request.user, User)
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, request.user)
        use_cases().note("password changed", request.user.username, actor_of(request))
        messages.success(request, _("Changed. Everywhere else you are logged out."))
        return redirect("preferences")
    return render(request, "web/password.html", {"form": form})
