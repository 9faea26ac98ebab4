from django.urls import path

from . import views

app_name = "reviews"

urlpatterns = [
    path("reviews/of/<ean>/", views.review_list, name="review_list"),
    path("reviews/of/<ean>/write/", views.review_write, name="review_write"),
    path("reviews/<int:review_id>/edit/", views.review_edit, name="review_edit"),
    path("reviews/<int:review_id>/delete/", views.review_delete, name="review_delete"),
    path("reviews/<int:review_id>/helpful/", views.review_helpful, name="review_helpful"),
    path("reviews/<int:review_id>/report/", views.review_report, name="review_report"),
]
