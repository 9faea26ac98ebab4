from django.urls import path

from .views import alerts, lists, notices, places, shared_lists, wishlists

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
    path("wishlist/", wishlists.wishlist_default, name="wishlist_default"),
    path("wishlist/new/", wishlists.wishlist_new, name="wishlist_new"),
    path("wishlist/undo/", wishlists.wishlist_undo, name="wishlist_undo"),
    path("wishlist/add/<ean>/", wishlists.wishlist_add, name="wishlist_add"),
    path("wishlist/remove/<ean>/", wishlists.wishlist_remove, name="wishlist_remove"),
    path("wishlist/items/<int:item_id>/move/", wishlists.wishlist_move, name="wishlist_move"),
    path("wishlist/<int:list_id>/", wishlists.wishlist_detail, name="wishlist_detail"),
    path("wishlist/<int:list_id>/rename/", wishlists.wishlist_rename, name="wishlist_rename"),
    path("wishlist/<int:list_id>/delete/", wishlists.wishlist_delete, name="wishlist_delete"),
    path("wishlist/<int:list_id>/share/", wishlists.wishlist_share, name="wishlist_share"),
    path("wishlist/<int:list_id>/revoke/", wishlists.wishlist_revoke, name="wishlist_revoke"),
    path("wishlist/shared/<uuid:key>/", shared_lists.wishlist_shared, name="wishlist_shared"),
    path(
        "wishlist/shared/<uuid:key>/<int:item_id>/take/",
        shared_lists.wishlist_take,
        name="wishlist_take",
    ),
    path(
        "wishlist/shared/<uuid:key>/<int:item_id>/untake/",
        shared_lists.wishlist_untake,
        name="wishlist_untake",
    ),
    path("wishlist/notices/", notices.notices_page, name="notices"),
    path("wishlist/notices/stop/<uuid:key>/", notices.notices_stop, name="notices_stop"),
    path("queue/<ean>/alert/", alerts.alert_set, name="alert_set"),
    path("queue/<ean>/alert/remove/", alerts.alert_remove, name="alert_remove"),
    path("queue/alerts/stop/<uuid:key>/", alerts.alert_stop, name="alert_stop"),
]
