from django.urls import path

from . import views

app_name = "shop"

urlpatterns = [
    path("basket/", views.basket_detail, name="basket_detail"),
    path("basket/add/<ean>/", views.basket_add, name="basket_add"),
    path("basket/items/<int:item_id>/", views.basket_item_update, name="basket_item_update"),
    path("basket/items/<int:item_id>/remove/", views.basket_item_remove, name="basket_item_remove"),
    path("basket/undo/", views.basket_undo, name="basket_undo"),
    path("checkout/", views.checkout, name="checkout"),
    path("orders/", views.order_list, name="order_list"),
    path("orders/open/<token>/", views.order_open, name="order_open"),
    path("orders/<number>/", views.order_detail, name="order_detail"),
    path("orders/<number>/pay/", views.order_pay, name="order_pay"),
    path("orders/<number>/demo-payment/", views.demo_payment, name="demo_payment"),
]
