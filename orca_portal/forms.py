from django.contrib.auth.forms import AuthenticationForm
from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    """Forms drawn by the portal's own field component."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "This user name and password do not go together. Both mind their case.",
        "inactive": "This login is switched off. Ask a policy administrator.",
    }

    use_required_attribute = False
