from django.urls import path

from .views.overview import overview

app_name = "accounts"

urlpatterns = [
    path("", overview, name="overview"),
]
