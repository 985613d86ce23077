import QtQuick
import QtQuick.Window

// A rectangle that moves until the space bar stops it, and a canvas that is painted at each click.
Window {
    id: window
    visible: true
    width: 640
    height: 400
    title: "moving"
    property bool moves: true
    property int clicks: 0

    Rectangle {
        id: square
        y: 20
        width: 60
        height: 60
        color: "steelblue"
        NumberAnimation on x {
            from: 0
            to: 580
            duration: 1500
            loops: Animation.Infinite
            running: window.moves
            onStopped: square.x = 0
        }
    }
    Canvas {
        id: canvas
        objectName: "canvas"
        x: 20
        y: 120
        width: 360
        height: 160
        onPaint: {
            var context = getContext("2d")
            context.reset()
            context.fillStyle = "#202020"
            context.fillRect(0, 0, width, height)
            context.strokeStyle = "orange"
            context.beginPath()
            for (var x = 0; x < width; x += 4)
                context.lineTo(x, 80 + 60 * Math.sin(x / 20 + window.clicks))
            context.stroke()
        }
    }
    Item {
        anchors.fill: parent
        focus: true
        Keys.onSpacePressed: window.moves = !window.moves
    }
    MouseArea {
        anchors.fill: parent
        onClicked: {
            window.clicks++
            canvas.requestPaint()
        }
    }
}
