"""Readers' reviews: their models and pages come with the reviews."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
