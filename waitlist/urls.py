from django.urls import path

from .views import lists, places

app_name = "waitlist"

urlpatterns = [
    path("queue/", lists.queue_index, name="queue_index"),
    path("queue/<ean>/", lists.queue_detail, name="queue_detail"),
    path("queue/<ean>/steps.csv", lists.queue_steps, name="queue_steps"),
    path("queue/<ean>/join/", places.queue_join, name="queue_join"),
    path("prebooks/", places.place_list, name="place_list"),
    path("prebooks/place/<uuid:key>/", places.place_detail, name="place_detail"),
    path("prebooks/place/<uuid:key>/leave/", places.place_leave, name="place_leave"),
    path("prebooks/place/<uuid:key>/decline/", places.place_decline, name="place_decline"),
    path("prebooks/place/<uuid:key>/skip/", places.place_skip, name="place_skip"),
]
