"""Django's classes are generic for the type checker only: here is each under one name."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.forms import ModelForm

from changes.models import Login, Person, PolicyVersion, Token

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
    PersonUserAdmin = UserAdmin[Person]
    LoginTabularInline = admin.TabularInline[Login, Person]
    PersonCreationForm = AdminUserCreationForm[Person]
    PersonChangeForm = UserChangeForm[Person]
    PolicyModelForm = ModelForm[PolicyVersion]
    TokenModelForm = ModelForm[Token]
else:
    AnyModelAdmin = admin.ModelAdmin
    PersonUserAdmin = UserAdmin
    LoginTabularInline = admin.TabularInline
    PersonCreationForm = AdminUserCreationForm
    PersonChangeForm = UserChangeForm
    PolicyModelForm = ModelForm
    TokenModelForm = ModelForm
