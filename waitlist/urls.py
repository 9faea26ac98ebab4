from django.urls import path

from .views import alerts, places

app_name = "waitlist"

urlpatterns = [
    path("queue/<ean>/alert/", alerts.alert_set, name="alert_set"),
    path("queue/<ean>/alert/remove/", alerts.alert_remove, name="alert_remove"),
    path("queue/alerts/stop/<uuid:key>/", alerts.alert_stop, name="alert_stop"),
    path("prebooks/place/<uuid:key>/", places.place_detail, name="place_detail"),
]
