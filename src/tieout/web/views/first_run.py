"""The first run: the owner is made by a one-time code, then a checklist leads to the first document in Xero."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import login, password_validation
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group, User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tieout.web.access import FORM, Right, UserRole, needs
from tieout.web.checklist import checklist
from tieout.web.use_cases import Actor, use_cases

_BACKEND = "django.contrib.auth.backends.ModelBackend"


class OwnerForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("One-time code"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        help_text=gettext_lazy("Tieout printed it in the terminal, or in the log of the service, when it started."),
    )
    username = forms.CharField(
        label=gettext_lazy("Your user name"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput({"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters, not only digits, and none of the passwords everybody uses."),
    )
    again = forms.CharField(
        label=gettext_lazy("Password again"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        password = data.get("password")
        if password:
            try:
                password_validation.validate_password(password, User(username=data.get("username", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
            if data.get("again") != password:
                self.add_error("again", _("The two passwords differ."))
        return data


@login_not_required
@sensitive_post_parameters("password", "again", "code")
@require_http_methods(list(FORM))
def first_owner(request: HttpRequest) -> HttpResponse:
    """Makes the owner; closed as soon as there is any user."""
    if User.objects.exists():
        return redirect("login")
    form = OwnerForm(request.POST or None, initial={"code": request.GET.get("code", "")[:60]})
    if request.method == "POST" and form.is_valid():
        user = _make(request, form)
        if user is not None:
            login(request, user, backend=_BACKEND)
            return redirect("checklist")
    return render(request, "web/first_owner.html", {"form": form})


def _make(request: HttpRequest, form: OwnerForm) -> User | None:
    """The code is spent and the user made together, or neither."""
    data = form.cleaned_data
    with transaction.atomic():
        if User.objects.exists() or not use_cases().claim_first_code(data["code"]):
            form.add_error("code", _("This is not the code. Start Tieout again to get a new one."))
            return None
        user = User.objects.create_user(data["username"], password=data["password"])
        user.groups.add(Group.objects.get_or_create(name=UserRole.OWNER.value)[0])
        actor = Actor(user.username, request.META.get("REMOTE_ADDR", ""))
        use_cases().note("first owner made", user.username, actor)
    return user


@needs(Right.READ)
def steps(request: HttpRequest) -> HttpResponse:
    """What is left until documents go, and what is done."""
    return render(request, "web/checklist.html", {"checklist": checklist()})
