from tests.evidence.packages.quick_sheets import quick_sheets

__all__ = ["quick_sheets"]
