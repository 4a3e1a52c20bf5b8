"""The screen of API tokens: a user's own, and for owners everybody's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tieout.records.models import ApiToken
from tieout.web.access import FORM, RIGHTS, ROLE_TITLES, Right, UserRole, needs, rights_of
from tieout.web.api import tokens as api
from tieout.web.use_cases import actor_of, use_cases

#: Tokens of one user that are in force; whoever needs more forgot to revoke some.
TOKENS_MAX = 50
_ENDS = (
    ("30", gettext_lazy("in 30 days")),
    ("90", gettext_lazy("in 90 days")),
    ("365", gettext_lazy("in a year")),
    ("", gettext_lazy("never, until it is revoked")),
)


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("The program that will use it. The audit trail names it."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), help_text=gettext_lazy("It never may more than you at that moment.")
    )
    ends = forms.ChoiceField(label=gettext_lazy("Ends"), choices=_ENDS, required=False, initial="90")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = rights_of(user)
        roles = [role for role in UserRole if RIGHTS[role] <= mine]
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(role.value, ROLE_TITLES[role]) for role in roles]
        field.initial = UserRole.VIEWER.value

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise forms.ValidationError(_("A name has no control characters."))
        return name


@needs(Right.READ, methods=FORM)
def tokens(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    form, made = TokenForm(None, user=user), ""
    if request.method == "POST":
        if request.POST.get("action") == "revoke":
            return _revoke(request, user)
        form = TokenForm(request.POST, user=user)
        if form.is_valid():
            made = _make(request, user, form)
            form = TokenForm(None, user=user)
    everybody = Right.OWN in rights_of(user)
    shown = Q() if everybody else Q(user=user)
    context = {
        "form": form,
        "made": made,
        "rows": [
            (row, ROLE_TITLES[UserRole(row.role)] if row.role in set(UserRole) else row.role, _state(row))
            for row in ApiToken.objects.filter(shown, revoked_at=None).select_related("user").order_by("-id")
        ],
        "everybody": everybody,
    }
    return render(request, "web/tokens.html", context)


def _state(row: ApiToken) -> str:
    return "ended" if row.expires_at is not None and row.expires_at <= timezone.now() else "working"


def _make(request: HttpRequest, user: User, form: TokenForm) -> str:
    if ApiToken.objects.filter(user=user, revoked_at=None).count() >= TOKENS_MAX:
        form.add_error(None, _("You have too many tokens. Revoke those that are not used."))
        return ""
    data, now = form.cleaned_data, timezone.now()
    expires_at = now + timedelta(days=int(data["ends"])) if data["ends"] else None
    token = api.make(user, data["name"], UserRole(data["role"]), expires_at, now)
    use_cases().note("API token made", f"{data['name']}: {data['role']}", actor_of(request))
    return token


def _revoke(request: HttpRequest, user: User) -> HttpResponse:
    """One's own, or as owner anybody's."""
    given = request.POST.get("token", "")
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise Http404(given)
    row = ApiToken.objects.select_related("user").filter(pk=int(given), revoked_at=None).first()
    if row is None or (row.user_id != user.pk and Right.OWN not in rights_of(user)):
        raise Http404(given)
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at"])
    use_cases().note("API token revoked", f"{row.name} of {row.user.username}", actor_of(request))
    messages.success(request, _("Revoked. Programs with this token are refused from now on."))
    return redirect("tokens")
