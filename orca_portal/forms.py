from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    """Forms drawn by the portal's own field component."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"
