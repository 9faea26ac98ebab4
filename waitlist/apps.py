"""Wishlists and pre-bookings: their models and pages come with the waiting list."""

from django.apps import AppConfig


class WaitlistConfig(AppConfig):
    name = "waitlist"
