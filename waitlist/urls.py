from django.urls import path

from .views import places

app_name = "waitlist"

urlpatterns = [
    path("prebooks/place/<uuid:key>/", places.place_detail, name="place_detail"),
]
